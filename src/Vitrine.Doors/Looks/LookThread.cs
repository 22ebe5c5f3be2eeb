namespace Vitrine.Doors.Looks;

/// <summary>Looks block for as long as they watch, and must work when the thread pool starves: each has a thread of its own.</summary>
static class LookThread
{
    /// <summary>Runs <paramref name="look"/> on a thread of its own, without the caller's labels and trace: the look is not part of the request that asked for it.</summary>
    /// <param name="look">What it does.</param>
    /// <param name="start">Starts the thread.</param>
    /// <returns>What <paramref name="look"/> gave or threw; a fault when there is no thread to be had.</returns>
    public static Task<T> Run<T>(Func<T> look, Action<Thread> start)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                done.SetResult(look());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        })
        { IsBackground = true, Name = "Vitrine look" };
        try
        {
            start(thread);
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            // The machine, or the limit of the process's group, has no more threads.
            done.SetException(new LookFaultException(LookStatus.Unavailable, "No thread could be started for the look: ask again later."));
        }
        return done.Task;
    }
}
