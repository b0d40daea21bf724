import { defineConfig } from "vite";

// While the page is written it is served beside the gateway, so that it needs no CORS.
// oxlint-disable-next-line import/no-default-export -- Vite reads it so
export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  server: { host: "127.0.0.1", proxy: { "/understudy.v1.": process.env.UNDERSTUDY_SERVER ?? "http://127.0.0.1:8080" } },
});
