import type { ComponentType } from "react";

/** One for each API that this service uses. */
const sections = import.meta.glob<{ default: ComponentType }>("../apis/*/section.tsx");

export default async function Page() {
  const loaded = await Promise.all(Object.values(sections).map((load) => load()));
  return (
    <>
      <header>
        <h1>everything</h1>
        <p>
          This page is <code>services/shop/src/app/page.tsx</code>. Edit it, and it changes as you save.
        </p>
      </header>
      {loaded.map(({ default: Section }, index) => (
        <Section key={index} />
      ))}
    </>
  );
}
