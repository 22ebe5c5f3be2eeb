namespace Faulty.Faults;

/// <summary>Sends messages and awaits replies that never come.</summary>
sealed class LeakedTasks : IFault
{
    // Whoever would complete them is not written yet.
    readonly List<TaskCompletionSource<string>> _pending = [];

    public string Name => "leaked-tasks";

    public string Description => "async operations that nobody completes; async and goroutine show more and more in LeakedTasks.AwaitReply";

    public void Begin(CancellationToken stop) => FaultThread.Start("leaked tasks", () =>
    {
        while (!stop.WaitHandle.WaitOne(10))
            _ = Converse();
    });

    async Task Converse()
    {
        var reply = await AwaitReply();
        Console.WriteLine(reply);
    }

    async Task<string> AwaitReply()
    {
        var reply = new TaskCompletionSource<string>();
        _pending.Add(reply);
        return await reply.Task;
    }
}
