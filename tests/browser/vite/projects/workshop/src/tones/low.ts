export default 110;
