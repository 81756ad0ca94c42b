/** The version that the server and the command line state; a test holds it equal to package.json. */
export const version = '0.1.0';
