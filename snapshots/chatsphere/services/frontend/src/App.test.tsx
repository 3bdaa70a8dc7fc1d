import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { App } from './App'

afterEach(cleanup)

test('the page has one heading and shows each section', () => {
  render(<App sections={{ first: () => <p>first section</p>, second: () => <p>second section</p> }} />)

  expect(screen.getAllByRole('heading', { level: 1 })).toHaveLength(1)
  expect(screen.getByText('first section')).toBeTruthy()
  expect(screen.getByText('second section')).toBeTruthy()
})
