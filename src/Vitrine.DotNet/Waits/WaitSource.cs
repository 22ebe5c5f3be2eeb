namespace Vitrine.DotNet.Waits;

/// <summary>What the runtime says a thread waits by.</summary>
/// <remarks>The values of <c>WaitHandleWaitSource</c>, https://github.com/dotnet/runtime/blob/main/src/coreclr/vm/ClrEtwAll.man (since .NET 9).</remarks>
enum WaitSource : byte
{
    /// <summary>A wait handle: an event, a semaphore, a mutex of the operating system, <c>Thread.Join</c>.</summary>
    Unknown = 0,

    /// <summary><c>Monitor.Wait</c>, which <c>ManualResetEventSlim</c>, <c>SemaphoreSlim</c>, <c>BlockingCollection</c> and a blocking <c>Task.Wait</c> are built on.</summary>
    MonitorWait = 1,
}
