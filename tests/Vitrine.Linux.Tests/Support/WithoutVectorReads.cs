using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Vitrine.Linux.Tests.Support;

/// <summary>Runs code on a thread of its own whose seccomp filter refuses process_vm_readv, as the profiles of container engines do. The filter ends with the thread.</summary>
static unsafe partial class WithoutVectorReads
{
    public static void Run(int errno, Action action)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Install(errno);
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

    static void Install(int errno)
    {
        const int setNoNewPrivileges = 38, setSeccomp = 22, filterMode = 2;
        var number = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 270u : 310u;

        // Load the system call's number; if it is the one, answer with the errno, else allow.
        var filter = stackalloc Instruction[4];
        filter[0] = new Instruction { Code = 0x20, Value = 0 };
        filter[1] = new Instruction { Code = 0x15, JumpFalse = 1, Value = number };
        filter[2] = new Instruction { Code = 0x06, Value = 0x00050000u | (uint)errno };
        filter[3] = new Instruction { Code = 0x06, Value = 0x7fff0000u };
        var program = new Program { Length = 4, Filter = filter };
        Assert.Equal(0, Prctl(setNoNewPrivileges, 1, 0, 0, 0));
        Assert.Equal(0, Prctl(setSeccomp, filterMode, (nint)(&program), 0, 0));
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Prctl(int option, nint a, nint b, nint c, nint d);

    [StructLayout(LayoutKind.Sequential)]
    struct Instruction
    {
        public ushort Code;
        public byte JumpTrue;
        public byte JumpFalse;
        public uint Value;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct Program
    {
        public ushort Length;
        public Instruction* Filter;
    }
}
