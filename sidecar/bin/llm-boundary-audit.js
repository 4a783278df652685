#!/usr/bin/env node
// A file that is there before the build, so that npm can link the command at install time.
import '../dist/commands/audit/main.js';
