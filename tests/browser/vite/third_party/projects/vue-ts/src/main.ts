import { createPinia } from "pinia";
import { createApp } from "vue";
import { createRouter, createWebHashHistory } from "vue-router";
import App from "@/App.vue";
import Shelf from "@/pages/Shelf.vue";
import "@/styles/main.scss";

const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: "/", component: Shelf },
    { path: "/book/:id", component: () => import("@/pages/Book.vue"), props: true },
  ],
});

createApp(App).use(createPinia()).use(router).mount("#app");
