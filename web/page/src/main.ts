import { tokens } from "@aethel/export-components";
import "./app.ts";
import "./styles/page.css";

document.adoptedStyleSheets = [...document.adoptedStyleSheets, tokens.styleSheet!];
