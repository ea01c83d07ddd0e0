window.waited = document.getElementById("frame") !== null;
