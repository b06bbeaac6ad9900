// The library resolves its parsers through decorators, and throws where this has not been loaded before it.
import 'reflect-metadata';

export * as x509 from '@peculiar/x509';
