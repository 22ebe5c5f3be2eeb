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
}
