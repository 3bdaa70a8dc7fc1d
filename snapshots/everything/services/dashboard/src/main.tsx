import { StrictMode, type ComponentType } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App'
import './styles.css'

// Each folder in src/apis is a section of the page.
const sections = import.meta.glob<ComponentType>('./apis/*/index.tsx', { eager: true, import: 'default' })

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App sections={sections} />
  </StrictMode>,
)
