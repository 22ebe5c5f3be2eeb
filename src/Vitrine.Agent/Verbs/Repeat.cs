namespace Vitrine.Agent.Verbs;

/// <summary>Looks again and again at fixed times.</summary>
static class Repeat
{
    /// <summary>
    /// Calls <paramref name="look"/> now and then every <paramref name="every"/> until <paramref name="duration"/> is over; once when every is zero.
    /// The times are fixed from the start: a slow look shortens the wait after it, and looks that fell due meanwhile are left out, not made up for.
    /// Ends quietly when cancelled between two looks.
    /// </summary>
    /// <returns>How many looks were made.</returns>
    public static async Task<int> Each(TimeSpan every, TimeSpan duration, Action<TimeSpan> look, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        look(TimeSpan.Zero);
        var looks = 1;
        if (every <= TimeSpan.Zero)
            return looks;
        var due = every;
        while (due <= duration)
        {
            var wait = due - TimeProvider.System.GetElapsedTime(started);
            try
            {
                if (wait > TimeSpan.Zero)
                    await Task.Delay(wait, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return looks;
            }
            if (cancellation.IsCancellationRequested)
                return looks;
            look(TimeProvider.System.GetElapsedTime(started));
            looks++;
            var late = TimeProvider.System.GetElapsedTime(started) - due;
            due += every * Math.Max(1, Math.Ceiling(late / every));
        }
        return looks;
    }

    /// <summary>
    /// Records windows of <paramref name="every"/> back to back until <paramref name="duration"/> is over; one window of the whole duration when every is zero.
    /// Ends quietly when cancelled: the window that was open then is the last one.
    /// </summary>
    /// <param name="every">Length of a window.</param>
    /// <param name="duration">All windows together.</param>
    /// <param name="record">Records one window of the given length; gets the time since the start.</param>
    /// <param name="cancellation">Ends it.</param>
    public static void Windows(TimeSpan every, TimeSpan duration, Action<TimeSpan, TimeSpan> record, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        var at = TimeSpan.Zero;
        do
        {
            record(at, every > TimeSpan.Zero && every < duration - at ? every : duration - at);
            at = TimeProvider.System.GetElapsedTime(started);
        }
        while (at < duration && every > TimeSpan.Zero && !cancellation.IsCancellationRequested);
    }
}
