namespace Vitrine.DotNet.Diagnostics;

/// <summary>Thrown by a live sink that wants no more events, from within its call: the session is ended, and the sink gets <see cref="Nettrace.INettraceSink.OnEnd"/>. That is no failure.</summary>
/// <param name="reason">Why, as a clause: becomes <see cref="EventRecording.Problem"/>.</param>
sealed class RecordingOverException(string reason) : Exception(reason);
