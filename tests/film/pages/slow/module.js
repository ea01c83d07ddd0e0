export const count = 100;
