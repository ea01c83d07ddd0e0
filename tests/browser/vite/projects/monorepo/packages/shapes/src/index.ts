export const corners = (name: string): number => ({ triangle: 3, square: 4 })[name] ?? 0;
