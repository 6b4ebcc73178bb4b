import { GraphiQL } from 'graphiql';
import { useMemo, useState } from 'react';
import { createFetcher } from './fetcher.ts';
import { KeyField } from './key-field.tsx';
import { openingTabs } from './opening-tabs.ts';
import { Placeholders } from './placeholders.ts';
import { initialSecretKey, rememberSecretKey } from './secret-key.ts';

const markUrl = `${import.meta.env.BASE_URL}mark.svg`;
const placeholders = new Placeholders();

/** The variables editor checks these by their JSON form, which it cannot know. */
const customScalarSchemas = { JSONObject: { type: 'object' }, MinorUnits: { type: 'integer' } } as const;

/** On a first visit GraphiQL shows a tab's query without its variables unless they are named apart. */
const initialVariables = window.localStorage.getItem('graphiql:variables') ?? openingTabs[0]?.variables ?? '';

export function Playground() {
  const [secretKey, setSecretKey] = useState(initialSecretKey);
  const fetcher = useMemo(() => createFetcher(secretKey, placeholders), [secretKey]);
  return (
    <div className="page">
      <header className="masthead">
        <img src={markUrl} alt="" width="26" height="26" />
        <h1>Quittance</h1>
        <span className="subtitle">GraphQL playground</span>
        <KeyField
          secretKey={secretKey}
          onChange={(key) => {
            rememberSecretKey(key);
            setSecretKey(key);
          }}
        />
      </header>
      <GraphiQL
        fetcher={fetcher}
        defaultTabs={openingTabs}
        initialVariables={initialVariables}
        defaultEditorToolsVisibility="variables"
        customScalarSchemas={customScalarSchemas}
      >
        <GraphiQL.Logo>
          <></>
        </GraphiQL.Logo>
      </GraphiQL>
    </div>
  );
}
