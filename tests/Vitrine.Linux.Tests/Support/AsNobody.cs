using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Vitrine.Linux.Tests.Support;

/// <summary>
/// Runs code as user 65534 without capabilities, on a thread of its own. The kernel keeps credentials per thread; only the C library's setuid changes all of them,
/// the system call itself does not.
/// </summary>
static partial class AsNobody
{
    const int Nobody = 65534;

    public static void Run(Action action)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            var (setresuid, setresgid) = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? (147, 149) : (117, 119);
            try
            {
                Assert.Equal(0, SystemCall(setresgid, Nobody, Nobody, Nobody));
                Assert.Equal(0, SystemCall(setresuid, Nobody, Nobody, Nobody));
                action();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, nint a, nint b, nint c);
}
