window.order = [...(window.order ?? []), 'classic'];
window.source = document.currentScript.src.split('/').slice(-2).join('/');
window.markup = '<script><\/script><!-- no end -->';