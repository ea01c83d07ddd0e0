import { defineStore } from "pinia";
import { computed, reactive } from "vue";

export const useLoans = defineStore("loans", () => {
  const lent = reactive(new Set<string>());
  const count = computed(() => lent.size);
  function lend(id: string): void {
    lent.add(id);
  }
  return { lent, count, lend };
});
