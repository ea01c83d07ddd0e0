import { useState } from "react";
import reactLogo from "./react.svg";
import viteLogo from "/vite.svg";

export default function App() {
  const [count, setCount] = useState(0);
  return (
    <>
      <img src={viteLogo} className="logo" alt="" />
      <img src={reactLogo} className="logo" alt="" />
      <button onClick={() => setCount((before) => before + 1)}>count is {count}</button>
    </>
  );
}
