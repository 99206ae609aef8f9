// The languages of the console. English is in the first page's code; another language is fetched when it is chosen.
// The catalogues hold text alone; React escapes what is put into them.

import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { type Catalogue, en } from './en.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'words'
    resources: { words: typeof en }
    nsSeparator: false
    returnNull: false
  }
}

export const LANGUAGES = ['en', 'ru', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

const LANGUAGE_KEY = 'countersign.language'

const fetched: Record<Exclude<Language, 'en'>, () => Promise<Catalogue>> = {
  ru: async () => (await import('./ru.ts')).ru,
  zh: async () => (await import('./zh.ts')).zh,
}

export function parseLanguage(text: string | null | undefined): Language | undefined {
  return LANGUAGES.find((language) => text === language || text?.startsWith(`${language}-`))
}

/** What the officer chose here before, else the first of the browser's languages that there is, else English. */
export function preferredLanguage(): Language {
  return (
    parseLanguage(localStorage.getItem(LANGUAGE_KEY)) ??
    navigator.languages.map(parseLanguage).find((language) => language !== undefined) ??
    'en'
  )
}

export async function startWords(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    defaultNS: 'words',
    ns: ['words'],
    nsSeparator: false,
    returnNull: false,
    resources: { en: { words: en } },
    interpolation: { escapeValue: false },
  })
  await speak(preferredLanguage())
}

/** Switches the page to a language; stays with the present one if its words cannot be fetched. */
export async function speak(language: Language): Promise<void> {
  if (language !== 'en' && !i18next.hasResourceBundle(language, 'words')) {
    const words = await fetched[language]().catch(() => undefined)
    if (words === undefined) return
    i18next.addResourceBundle(language, 'words', words)
  }
  await i18next.changeLanguage(language)
  document.documentElement.lang = language === 'zh' ? 'zh-Hans' : language
}

export function chooseLanguage(language: Language): void {
  localStorage.setItem(LANGUAGE_KEY, language)
  void speak(language)
}
