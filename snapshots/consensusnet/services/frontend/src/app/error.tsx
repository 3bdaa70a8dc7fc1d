"use client";

/** What is shown when a page fails. The digest stands in the log too, beside what really happened. */
export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <section className="card" role="alert">
      <h1>Something went wrong</h1>
      {error.digest && (
        <p>
          Reference: <code>{error.digest}</code>
        </p>
      )}
      <button onClick={reset}>Try again</button>
    </section>
  );
}
