import { createApp } from "vue";
import Counter from "@/Counter.vue";

createApp(Counter, { start: 5 }).mount("#app");
