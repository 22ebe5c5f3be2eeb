namespace Vitrine.Doors.Looks;

/// <summary>Looks block for as long as they watch, and must work when the thread pool starves: each has a thread of its own.</summary>
static class LookThread
{
    /// <summary>Runs <paramref name="look"/> on a thread of its own, without the caller's labels and trace: the look is not part of the request that asked for it.</summary>
    public static Task<T> Run<T>(Func<T> look)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
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
        { IsBackground = true, Name = "Vitrine look" }.UnsafeStart();
        return done.Task;
    }
}
