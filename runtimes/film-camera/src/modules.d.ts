declare module "*?text" {
  const source: string;
  export default source;
}
