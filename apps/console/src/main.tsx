// Starts the console: colours first, then words, then the page.

import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import '@fontsource-variable/inter/wght.css'
import './look/mantine.css'
import './look/tokens.css'
import './look/desk.css'
import './look/acts.css'
import { paintGround, SCHEME_KEY, theme } from './look/theme.ts'
import { makeQueryClient } from './queries.ts'
import { router } from './router.tsx'
import { startWords } from './words/index.ts'

paintGround()
await startWords()

const place = document.getElementById('root')
if (place === null) throw new Error('The page has no place for the console.')
createRoot(place).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={localStorageColorSchemeManager({ key: SCHEME_KEY })}
      withCssVariables={false}
      withGlobalClasses={false}
      withStaticClasses={false}
    >
      <QueryClientProvider client={makeQueryClient()}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
