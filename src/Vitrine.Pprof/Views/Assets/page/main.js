// Starts the page when its data is unpacked, or says why it cannot.

readProfile($('#profile')).then((data) => {
  $('#message').hidden = true;
  new App(data);
}).catch((error) => {
  const message = $('#message');
  message.hidden = false;
  message.textContent = typeof DecompressionStream === 'undefined'
    ? 'This browser cannot unpack the profile: it has no DecompressionStream. Any browser of 2023 or later has it.'
    : 'The profile in this page cannot be read: ' + error.message;
  $('#main').setAttribute('aria-busy', 'false');
});
