import { useState } from 'react';

/** An item's picture, or a quiet ground where there is none. It says nothing: the name stands beside it. */
export function Picture({ url }: { readonly url: string | null }) {
  const [brokenUrl, setBrokenUrl] = useState<string | null>(null);
  return (
    <div className="picture">
      {url !== null && url !== brokenUrl && (
        <img src={url} alt="" width="400" height="300" onError={() => setBrokenUrl(url)} />
      )}
    </div>
  );
}
