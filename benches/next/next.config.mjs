// Nothing of this folder's surroundings belongs to the app.
export default { turbopack: { root: import.meta.dirname } };
