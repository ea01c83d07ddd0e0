export default 880;
