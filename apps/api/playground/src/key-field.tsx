import { useState } from 'react';

interface KeyFieldProps {
  readonly secretKey: string;
  readonly onChange: (key: string) => void;
}

/** The key that every operation is sent with. It counts when it is finished, not letter by letter. */
export function KeyField({ secretKey, onChange }: KeyFieldProps) {
  const [draft, setDraft] = useState(secretKey);
  const finish = (): void => {
    const key = draft.trim();
    if (key !== secretKey) onChange(key);
  };
  return (
    <form
      className="key-field"
      onSubmit={(event) => {
        event.preventDefault();
        finish();
      }}
    >
      <label htmlFor="secret-key">Secret key</label>
      <input
        id="secret-key"
        type="text"
        value={draft}
        placeholder="sk_test_…"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={finish}
      />
    </form>
  );
}
