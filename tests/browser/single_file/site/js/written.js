window.written = document.currentScript.parentNode.title;
