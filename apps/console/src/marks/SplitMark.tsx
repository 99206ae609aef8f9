// The mark of a record that stands on one branch of its log only.

import { IconGitBranch } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

export function SplitMark() {
  const { t } = useTranslation()
  return (
    <span className="tag bad split-mark">
      <IconGitBranch aria-hidden size="1em" stroke={2} />
      {t('split.mark')}
    </span>
  )
}
