import type { ComponentType } from 'react'

export function App({ sections }: { sections: Record<string, ComponentType> }) {
  return (
    <main>
      <header>
        <h1>chatsphere</h1>
        <p>
          This page is <code>services/frontend/src/App.tsx</code>. Edit it, and it changes as you save.
        </p>
      </header>
      {Object.entries(sections).map(([path, Section]) => (
        <Section key={path} />
      ))}
    </main>
  )
}
