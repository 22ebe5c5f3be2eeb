using Vitrine.Go.Probes.Waits;

namespace Vitrine.Go.Tests.Probes.Waits;

public sealed class WaitFramesTests
{
    private static readonly string[] s_mutex119 = ["runtime.gopark", "runtime.goparkunlock", "runtime.semacquire1", "sync.runtime_SemacquireMutex", "sync.(*Mutex).lockSlow", "sync.(*Mutex).Lock", "main.work", "runtime.goexit"];
    private static readonly string[] s_mutex127 = ["runtime.gopark", "runtime.goparkunlock", "runtime.semacquire1", "internal/sync.runtime_SemacquireMutex", "internal/sync.(*Mutex).lockSlow", "internal/sync.(*Mutex).Lock", "sync.(*Mutex).Lock", "main.work", "runtime.goexit"];
    private static readonly string[] s_read = ["runtime.gopark", "runtime.semacquire1", "sync.runtime_SemacquireRWMutexR", "sync.(*RWMutex).RLock", "main.work", "runtime.goexit"];
    private static readonly string[] s_receive = ["runtime.gopark", "runtime.chanrecv", "runtime.chanrecv2", "main.work", "runtime.goexit"];
    private static readonly string[] s_select = ["runtime.gopark", "runtime.selectgo", "main.work", "runtime.goexit"];
    private static readonly string[] s_collect = ["runtime.gopark", "runtime.goparkunlock", "runtime.semacquire1", "runtime.semacquire", "runtime.gcStart", "runtime.GC", "main.work", "runtime.goexit"];
    private static readonly string[] s_unlock = ["runtime.ready", "runtime.readyWithTime.goready.func1", "runtime.systemstack", "runtime.goready", "runtime.readyWithTime", "runtime.semrelease1", "internal/sync.runtime_Semrelease", "internal/sync.(*Mutex).unlockSlow", "internal/sync.(*Mutex).Unlock", "sync.(*Mutex).Unlock", "main.work"];
    private static readonly string[] s_endReading = ["runtime.ready", "runtime.goready.func1", "runtime.readyWithTime", "runtime.semrelease1", "sync.runtime_Semrelease", "sync.(*RWMutex).rUnlockSlow", "sync.(*RWMutex).RUnlock", "main.work"];

    public static TheoryData<string[], string?> Waiting => new()
    {
        { s_mutex119, "sync.(*Mutex).Lock" },
        { s_mutex127, "sync.(*Mutex).Lock" },
        { s_read, "sync.(*RWMutex).RLock" },
        { s_receive, "runtime.chanrecv2" },
        { s_select, "runtime.selectgo" },
        // Semaphores of the runtime itself are taken without profiling.
        { s_collect, null },
        // A stack that was cut says nothing.
        { ["runtime.gopark", "runtime.chanrecv"], null },
        { [], null },
    };

    [Theory]
    [MemberData(nameof(Waiting))]
    public void BlockProfileStart_IsWhereGoBegins(string[] names, string? first)
    {
        int start = WaitFrames.BlockProfileStart(names);
        Assert.Equal(first, start < 0 ? null : names[start]);
    }

    [Fact]
    public void MutexProfileStart_IsWhereGoBegins()
    {
        Assert.Equal("sync.(*Mutex).Unlock", s_unlock[WaitFrames.MutexProfileStart(s_unlock)]);
        Assert.Equal("sync.(*RWMutex).RUnlock", s_endReading[WaitFrames.MutexProfileStart(s_endReading)]);
        Assert.Equal(-1, WaitFrames.MutexProfileStart(s_receive));
        Assert.Equal(-1, WaitFrames.MutexProfileStart([]));
    }

    [Fact]
    public void VisibleStart_LeavesTheRuntimeOut()
    {
        Assert.Equal("sync.(*Mutex).Lock", s_mutex127[WaitFrames.VisibleStart(s_mutex127)]);
        Assert.Equal("sync.(*Mutex).Unlock", s_unlock[WaitFrames.VisibleStart(s_unlock)]);
        Assert.Equal("main.work", s_select[WaitFrames.VisibleStart(s_select)]);
        // A stack of the runtime alone is shown as it is.
        Assert.Equal(0, WaitFrames.VisibleStart(["runtime.gopark", "runtime.bgsweep", "runtime.goexit"]));
    }

    [Fact]
    public void LockOf_TellsTheLockByItsCaller()
    {
        Assert.Equal(BlockingKind.Mutex, WaitFrames.LockOf(s_mutex119));
        Assert.Equal(BlockingKind.Mutex, WaitFrames.LockOf(s_mutex127));
        Assert.Equal(BlockingKind.RWMutexRead, WaitFrames.LockOf(s_read));
        // A mutex that a user of the same name waits beside is not its kind.
        Assert.Equal(BlockingKind.Semaphore, WaitFrames.LockOf(["runtime.gopark", "runtime.semacquire1", "internal/poll.runtime_Semacquire", "internal/poll.(*fdMutex).rwlock", "main.work", "sync.(*WaitGroup).Wait"]));
    }

    [Fact]
    public void IsSystem_IsByTheFirstFunction()
    {
        Assert.True(WaitFrames.IsSystem(["runtime.gopark", "runtime.bgsweep", "runtime.goexit"]));
        Assert.False(WaitFrames.IsSystem(["runtime.gopark", "main.main", "runtime.main", "runtime.goexit"]));
        Assert.False(WaitFrames.IsSystem(s_receive));
        Assert.False(WaitFrames.IsSystem([]));
    }
}
