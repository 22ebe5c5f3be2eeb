using System.Globalization;
using System.Runtime.InteropServices;

namespace Vitrine.DotNet.Outside;

/// <summary>Names of the system calls that threads wait in, by number (arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h).</summary>
static class SystemCalls
{
    static readonly Dictionary<long, string> s_names = RuntimeInformation.ProcessArchitecture == Architecture.Arm64
        ? new()
        {
            [22] = "epoll_pwait", [56] = "openat", [63] = "read", [64] = "write", [65] = "readv", [66] = "writev", [67] = "pread64", [68] = "pwrite64", [72] = "pselect6", [73] = "ppoll", [82] = "fsync",
            [83] = "fdatasync", [95] = "waitid", [98] = "futex", [101] = "nanosleep", [115] = "clock_nanosleep", [137] = "rt_sigtimedwait", [202] = "accept", [203] = "connect", [206] = "sendto",
            [207] = "recvfrom", [211] = "sendmsg", [212] = "recvmsg", [242] = "accept4", [260] = "wait4", [441] = "epoll_pwait2",
        }
        : new()
        {
            [0] = "read", [1] = "write", [7] = "poll", [17] = "pread64", [18] = "pwrite64", [19] = "readv", [20] = "writev", [23] = "select", [34] = "pause", [35] = "nanosleep", [42] = "connect",
            [43] = "accept", [44] = "sendto", [45] = "recvfrom", [46] = "sendmsg", [47] = "recvmsg", [61] = "wait4", [74] = "fsync", [75] = "fdatasync", [128] = "rt_sigtimedwait",
            [130] = "rt_sigsuspend", [202] = "futex", [219] = "restart_syscall", [230] = "clock_nanosleep", [232] = "epoll_wait", [247] = "waitid", [257] = "openat", [270] = "pselect6", [271] = "ppoll",
            [281] = "epoll_pwait", [288] = "accept4", [441] = "epoll_pwait2",
        };

    /// <summary>The call's name, or its number.</summary>
    public static string NameOf(long number) => s_names.GetValueOrDefault(number) ?? string.Create(CultureInfo.InvariantCulture, $"system call {number}");
}
