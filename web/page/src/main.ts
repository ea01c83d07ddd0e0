import { tokens } from "@aethel/export-components";
import "./app.ts";
import "./styles/page.css";
import { allowOwnWorkers } from "./trusted-types.ts";

allowOwnWorkers();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, tokens.styleSheet!];
