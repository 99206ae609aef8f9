// What Mantine's components are told of the desk. Colours stand in tokens.css; nothing here makes a style element, so that
// the page runs where only style sheets of its own origin are allowed.

import {
  ActionIcon,
  Button,
  Checkbox,
  createTheme,
  defaultVariantColorsResolver,
  Kbd,
  type MantineColorScheme,
  NativeSelect,
  PasswordInput,
  Radio,
  Switch,
  Textarea,
  TextInput,
} from '@mantine/core'

const ON_ACCENT = 'var(--mantine-primary-color-contrast)'

export const theme = createTheme({
  primaryColor: 'blue',
  defaultRadius: 'default',
  autoContrast: false,
  // Words on the accent are the desk's own: Mantine writes white on any fill, which cannot be read on the light accent of
  // the dark desk.
  variantColorResolver: (input) => {
    const colors = defaultVariantColorsResolver(input)
    return input.variant === 'filled' ? { ...colors, color: ON_ACCENT } : colors
  },
  cursorType: 'pointer',
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'default', size: 'md' } }),
    Button: Button.extend({ defaultProps: { size: 'xs', variant: 'default' } }),
    Checkbox: Checkbox.extend({ defaultProps: { size: 'xs', iconColor: ON_ACCENT } }),
    Kbd: Kbd.extend({ defaultProps: { size: 'xs' } }),
    NativeSelect: NativeSelect.extend({ defaultProps: { size: 'xs' } }),
    PasswordInput: PasswordInput.extend({ defaultProps: { size: 'sm' } }),
    Radio: Radio.extend({ defaultProps: { size: 'sm', iconColor: ON_ACCENT } }),
    Switch: Switch.extend({ defaultProps: { size: 'xs' } }),
    Textarea: Textarea.extend({ defaultProps: { size: 'sm' } }),
    TextInput: TextInput.extend({ defaultProps: { size: 'xs' } }),
  },
})

export const SCHEMES = ['auto', 'light', 'dark'] as const satisfies readonly MantineColorScheme[]

export const SCHEME_KEY = 'countersign.appearance'

/** Puts the chosen colours on the page before anything is drawn, so that nothing flashes. */
export function paintGround(): void {
  const chosen = localStorage.getItem(SCHEME_KEY)
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
}
