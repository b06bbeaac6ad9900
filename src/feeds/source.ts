import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { PermanentError } from '../domain/errors.ts';
import { unreachableFeed } from './feed-error.ts';
import { openUrl, vetBase } from './download.ts';

/** Where feeds come from: files of known names in a directory, or below a URL. */
export interface FeedSource {
  /** As it is shown. */
  readonly location: string;
  /** The names of its files; null when only asking for one tells whether it is there. */
  names(): Promise<readonly string[] | null>;
  /** A file's bytes; null when it is not there. Whoever opens it reads it to its end or destroys it. */
  open(name: string): Promise<AsyncIterable<Buffer> | null>;
}

/**
 * Opens a source by what the operator wrote: `https://…` is a URL, anything else a directory. Raises
 * `feed-source-invalid` for another kind of URL, and when there is no such directory.
 */
export async function openSource(from: string): Promise<FeedSource> {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(from)) {
    const base = vetBase(from);
    return {
      location: base.href,
      names: async () => null,
      open: (name) => openUrl(new URL(name, base)),
    };
  }
  const directory = path.resolve(from);
  const found = await stat(directory).catch(() => null);
  if (found?.isDirectory() !== true) {
    throw new PermanentError('feed-source-invalid', {
      what: 'There are no feeds to be had here',
      where: from,
      got: found === null ? 'nothing that can be read' : 'a file',
      expected: 'a directory, or a URL https://… below which the files are',
    });
  }
  return {
    location: directory,
    names: async () => (await readdir(directory)).toSorted(),
    open: (name) => openFile(path.join(directory, name)),
  };
}

async function openFile(file: string): Promise<AsyncIterable<Buffer> | null> {
  const found = await stat(file).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw unreachableFeed(file, error instanceof Error ? error.message : String(error), error);
  });
  // A pipe would never end.
  return found?.isFile() === true ? createReadStream(file, { highWaterMark: 256 * 1024 }) : null;
}
