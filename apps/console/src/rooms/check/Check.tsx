// Checking a file of evidence that somebody was given. It needs no account: the file and the cards stay in this browser, and
// the node is asked for nothing but, of who is signed in, the cards that it trusts. The result is the report itself.

import { REPORT_LANGUAGES } from '@countersign/client'
import { EVIDENCE_LIMITS, fingerprintWords, type Language, parseCard } from '@countersign/record'
import { Button, NativeSelect } from '@mantine/core'
import { IconDownload, IconFileCheck, IconPrinter } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { showBytes } from '../../marks/amounts.ts'
import { Block } from '../../marks/Blocks.tsx'
import { Drop } from '../../marks/Drop.tsx'
import { Foreign } from '../../marks/Foreign.tsx'
import { FingerprintWords } from '../../marks/Marks.tsx'
import { saveFile } from '../../marks/save-file.ts'
import { ask, isSignedOut } from '../../queries.ts'
import { checkFile } from '../../verify/check.ts'
import { bytesOfBase64 } from '../../verify/verify.ts'

interface Chosen {
  name: string
  bytes: Uint8Array
}

interface GivenCard {
  digest: string
  party: string
  words: string[]
  bytes: Uint8Array
}

const LARGEST_CARD = 65_536
const NAMES: Record<Language, string> = { en: 'English', ru: 'Русский', zh: '中文' }

export function CheckRoom() {
  const { t, i18n } = useTranslation()
  const me = useQuery(ask.me())
  const isSignedIn = me.data !== undefined && !isSignedOut(me.error)
  const known = useQuery({ ...ask.cards(), enabled: isSignedIn })
  const [file, setFile] = useState<Chosen>()
  const [given, setGiven] = useState<GivenCard[]>([])
  const [trouble, setTrouble] = useState('')
  const [language, setLanguage] = useState<Language>('en')
  const ofNode = isSignedIn ? (known.data ?? []).map(({ bytes }) => bytesOfBase64(bytes)) : []
  const cards = [...ofNode, ...given.map(({ bytes }) => bytes)]
  const check = useMutation({
    mutationFn: ({ chosen, as }: { chosen: Chosen; as: Language }) => checkFile(chosen.bytes, cards, as),
  })

  const choose = async (chosen: FileList | null) => {
    setTrouble('')
    // The list is the field’s own, which is emptied meanwhile.
    for (const one of [...(chosen ?? [])]) {
      if (one.size > EVIDENCE_LIMITS.fileBytes) {
        setTrouble(t('check.tooLarge', { size: showBytes(EVIDENCE_LIMITS.fileBytes, i18n.language) }))
        continue
      }
      const bytes = new Uint8Array(await one.arrayBuffer())
      // Whoever drops all they were given need not sort it: what is a card is taken as one.
      const card = bytes.length <= LARGEST_CARD ? parseCard(bytes) : undefined
      if (card?.ok === true) {
        const { digest, party } = card.value
        const added = { digest, party, words: fingerprintWords(card.value), bytes }
        setGiven((before) => [...before.filter((other) => other.digest !== digest), added])
      } else setFile({ name: one.name, bytes })
      check.reset()
    }
  }

  return (
    <>
      <div className="room-head">
        <h1>{t('check.title')}</h1>
      </div>
      <Block title={t('check.files')}>
        <p className="quiet">{t('check.intro')}</p>
        <Drop words={t('check.drop')} choose={choose} />
        <p role="alert" className="form-failure">
          {trouble}
        </p>
        {file !== undefined && (
          <p>
            {t('check.chosen')}{' '}
            <strong>
              <Foreign max={200}>{file.name}</Foreign>
            </strong>{' '}
            <span className="quiet">{showBytes(file.bytes.length, i18n.language)}</span>
          </p>
        )}
        {isSignedIn && <p className="quiet">{t('check.cardsOfNode', { count: ofNode.length })}</p>}
        {given.length > 0 && (
          <>
            <p>{t('check.cardsGiven')}</p>
            <ul className="card-words">
              {given.map(({ digest, party, words }) => (
                <li key={digest}>
                  <span className="party">
                    <Foreign max={128}>{party}</Foreign>
                  </span>
                  <FingerprintWords words={words} />
                </li>
              ))}
            </ul>
          </>
        )}
        {cards.length === 0 && <p className="warn-text">{t('check.noCards')}</p>}
        <div className="actions">
          <NativeSelect
            aria-label={t('check.language')}
            value={language}
            data={REPORT_LANGUAGES.map((value) => ({ value, label: NAMES[value] }))}
            onChange={(event) => {
              const as = REPORT_LANGUAGES.find((one) => one === event.currentTarget.value) ?? 'en'
              setLanguage(as)
              if (check.data !== undefined && file !== undefined) check.mutate({ chosen: file, as })
            }}
          />
          <Button
            variant="filled"
            leftSection={<IconFileCheck aria-hidden size={16} stroke={1.8} />}
            disabled={file === undefined || check.isPending}
            onClick={() => file !== undefined && check.mutate({ chosen: file, as: language })}
          >
            {check.isPending ? t('verify.working') : t('check.run')}
          </Button>
        </div>
        <div aria-live="polite">
          {check.isError && (
            <p className="verdict" data-ok={false}>
              {t('check.failed', { reason: check.error.message })}
            </p>
          )}
          {check.data !== undefined && (
            <p className="verdict" data-ok={check.data.holds}>
              {t(check.data.holds ? 'check.holds' : 'check.holdsNot')}
            </p>
          )}
        </div>
      </Block>
      {check.data !== undefined && file !== undefined && <Paper html={check.data.html} name={file.name} />}
    </>
  )
}

/** The report as it will be printed: a page of its own that runs nothing, in a frame that grants it nothing. */
function Paper({ html, name }: { html: string; name: string }) {
  const { t } = useTranslation()
  const frame = useRef<HTMLIFrameElement>(null)
  const save = () => saveFile(html, `${name.replace(/\.evidence$/, '')}.html`, 'text/html')
  return (
    <Block title={t('check.report')}>
      <div className="actions">
        <Button
          leftSection={<IconPrinter aria-hidden size={16} stroke={1.8} />}
          onClick={() => frame.current?.contentWindow?.print()}
        >
          {t('check.print')}
        </Button>
        <Button leftSection={<IconDownload aria-hidden size={16} stroke={1.8} />} onClick={save}>
          {t('check.save')}
        </Button>
      </div>
      <iframe
        ref={frame}
        className="paper"
        title={t('check.report')}
        // Nothing in it may run; this page may see how tall it is, and print it.
        sandbox="allow-same-origin allow-modals"
        srcDoc={html}
        onLoad={() => {
          const { current } = frame
          const height = current?.contentDocument?.documentElement.scrollHeight
          if (current !== null && height !== undefined) current.style.height = `${height}px`
        }}
      />
    </Block>
  )
}
