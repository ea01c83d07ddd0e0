/** A file that ships as it is: its name beside the module that imports it. */
declare module "*?url" {
  const url: string;
  export default url;
}
