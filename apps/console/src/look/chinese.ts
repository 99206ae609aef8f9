// Many machines have no Chinese face. The one that comes with the console is large, cut into a hundred pieces of which
// the browser fetches those it draws; its style sheet is fetched once, when the first Han character is to be shown.

let asked = false

export function wantFaceFor(text: string): void {
  if (asked || !/\p{Script=Han}/u.test(text)) return
  asked = true
  void import('@fontsource-variable/noto-sans-sc/wght.css')
}
