using System.Diagnostics;
using System.Globalization;
using Vitrine.Linux.Memory;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Tests.Support;
using Vitrine.Linux.Unwinding;
using Vitrine.TestTargets;

namespace Vitrine.Linux.Tests.Unwinding;

/// <summary>Walks of a live C program without frame pointers, against the C library's backtrace() of the same moment in it.</summary>
public class NativeStackTests
{
    // Each function keeps values in registers over its call, one aligns its stack, one has a frame of variable size, one is a signal handler, one runs on another stack.
    const string Source = """
        #define _GNU_SOURCE
        #include <execinfo.h>
        #include <pthread.h>
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <ucontext.h>
        #include <unistd.h>
        #include <alloca.h>
        volatile long sink;
        __attribute__((noinline)) static void tell(void)
        {
            void *frames[64];
            ucontext_t c;
            getcontext(&c);
            int n = backtrace(frames, 64);
            printf("registers");
            for (int i = 0; i < 17; i++)
                printf(" %llx", (unsigned long long)c.uc_mcontext.gregs[i]);
            printf("\nframes");
            for (int i = 0; i < n; i++)
                printf(" %llx", (unsigned long long)frames[i]);
            printf("\n");
            fflush(stdout);
            char b;
            sink += read(0, &b, 1);
        }
        __attribute__((noinline)) static long leaf(long a) { tell(); return a + sink; }
        __attribute__((noinline)) static long aligned(long a) { long v[8] __attribute__((aligned(64))); v[a & 7] = a; sink += v[1]; return leaf(a) + v[a & 7]; }
        __attribute__((noinline)) static long variable(long a) { char *p = alloca(a); memset(p, 1, a); return aligned(a + p[a / 2]) + p[1]; }
        static long (*volatile indirect)(long) = variable;
        __attribute__((noinline)) static long keeps(long a, long b, long c) { long x = a * b, y = b * c, z = indirect(a); return x + y + z + a; }
        static void handler(int s) { sink += keeps(100 + s, 2, 3); }
        static int compare(const void *a, const void *b) { static int once; if (!once++) sink += keeps(64, 5, 6); return *(const int *)a - *(const int *)b; }
        __attribute__((noinline)) static long raises(long a) { raise(SIGUSR1); return a + sink; }
        static void *thread(void *a) { int v[4] = { 4, 3, 2, 1 }; qsort(v, 4, sizeof v[0], compare); return (void *)(raises((long)a) + v[0]); }
        int main(int argc, char **argv)
        {
            static char other[1 << 17];
            stack_t s = { .ss_sp = other, .ss_size = sizeof other };
            struct sigaction action = { .sa_handler = handler };
            void *warm[4];
            backtrace(warm, 4);
            sink += keeps(48, 2, 3);
            sigaction(SIGUSR1, &action, 0);
            sink += raises(7);
            sigaltstack(&s, 0);
            action.sa_flags = SA_ONSTACK;
            sigaction(SIGUSR1, &action, 0);
            sink += raises(8);
            pthread_t t;
            pthread_create(&t, 0, thread, argv);
            pthread_join(t, 0);
            return 0;
        }
        """;

    // gregs: r8 to r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip.
    static readonly int[] s_order = [8, 9, 10, 11, 12, 13, 14, 15, 5, 4, 6, 3, 1, 0, 2, 7, 16];

    [Theory]
    [InlineData("-O2", "-fomit-frame-pointer")]
    [InlineData("-O2", "-fno-omit-frame-pointer")]
    [InlineData("-O0", "-fomit-frame-pointer")]
    [InlineData("-O3", "-fomit-frame-pointer", "-static", "-no-pie")]
    [InlineData("-Os", "-fomit-frame-pointer", "-Wl,-z,now", "-fcf-protection=full")]
    public void Unwind_OfACProgram_FindsTheCallersThatItFindsItself(params string[] flags)
    {
        using var program = new CProgram(Source, [.. flags, "-pthread", "-w"]);
        using var running = new Running(program.Path);
        var (linux, memory) = (running.Linux, running.Memory);
        var code = ProcessCode.Of(linux, memory);
        var unwinder = new StackUnwinder(code);
        var looks = 0;
        while (running.ReadLine() is { } line)
        {
            var registers = RegistersOf(line);
            var truth = Numbers(running.ReadLine()!, "frames");
            WaitUntilBlocked(linux);
            code.Refresh();
            var frames = new ulong[64];
            var rules = new FrameRule[64];
            var count = unwinder.Unwind(registers, new Live(memory), frames, rules, out var end);

            // The first frame is the function that asks, at another instruction; a signal's frame is an interrupted instruction, the others are inside of calls.
            var found = new List<ulong>();
            for (var i = 0; i < count; i++)
                found.Add(i > 0 && rules[i - 1] != FrameRule.SignalFrame ? frames[i] + 1 : frames[i]);
            Assert.Equal(truth[1..], found.Skip(1));
            Assert.True(end.IsBottom, $"{end.Reason} at 0x{end.Address:x}");
            looks++;
            running.GoOn();
        }
        Assert.Equal(5, looks);
    }

    [Fact]
    public void Unwind_OfAStackThatWasCopiedInPart_SaysSo()
    {
        using var program = new CProgram(Source, "-O2", "-fomit-frame-pointer", "-pthread", "-w");
        using var running = new Running(program.Path);
        var (linux, memory, registers) = (running.Linux, running.Memory, running.ReadRegisters());
        WaitUntilBlocked(linux);
        var unwinder = new StackUnwinder(ProcessCode.Of(linux, memory));
        var frames = new ulong[64];
        var whole = unwinder.Unwind(registers, new Live(memory), frames, out var bottom);
        Assert.True(bottom.IsBottom);
        var bytes = new byte[1 << 16];
        var length = memory.Read(registers[7], bytes);
        var copy = new StackCopy();
        var part = new ulong[64];
        var fewest = whole;
        for (var cut = length; cut >= 0; cut -= 8)
        {
            var count = unwinder.Unwind(registers, copy.Set(registers[7], bytes, cut), part, out var end);
            Assert.Equal(frames[..count], part[..count]);
            Assert.True(count == whole ? end.Kind is UnwindEndKind.Bottom or UnwindEndKind.StackNotReadable : end.Kind == UnwindEndKind.StackNotReadable, end.Reason);
            Assert.True(count <= fewest);
            fewest = count;
        }
        Assert.Equal(1, fewest);
        Assert.Equal(2, unwinder.Unwind(registers, new Live(memory), part.AsSpan(0, 2), out var full));
        Assert.Equal(UnwindEndKind.TooDeep, full.Kind);
    }

    [Fact]
    public void Unwind_OnceTablesAreRead_AllocatesNothing()
    {
        using var program = new CProgram(Source, "-O2", "-fomit-frame-pointer", "-pthread", "-w");
        using var running = new Running(program.Path);
        var (linux, memory, registers) = (running.Linux, running.Memory, running.ReadRegisters());
        var unwinder = new StackUnwinder(ProcessCode.Of(linux, memory));
        var bytes = new byte[1 << 16];
        var copy = new StackCopy().Set(registers[7], bytes, memory.Read(registers[7], bytes));
        var frames = new ulong[64];
        Assert.Equal(0, AllocatedBytes.Of(() => unwinder.Unwind(registers, copy, frames, out _), rounds: 1000));
    }

    static RegisterSet RegistersOf(string line)
    {
        var given = Numbers(line, "registers");
        var registers = default(RegisterSet);
        for (var i = 0; i < given.Length; i++)
            registers[s_order[i]] = given[i];
        return registers;
    }

    /// <summary>The program, from its first report on.</summary>
    sealed class Running : IDisposable
    {
        readonly Process _process;

        public Running(string path)
        {
            _process = Process.Start(new ProcessStartInfo(path) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
            Linux = LinuxProcess.Open(_process.Id);
            Memory = LiveMemory.Open(Linux);
        }

        public LinuxProcess Linux { get; }

        public LiveMemory Memory { get; }

        public string? ReadLine() => _process.StandardOutput.ReadLine();

        public RegisterSet ReadRegisters() => RegistersOf(ReadLine()!);

        public void GoOn()
        {
            _process.StandardInput.Write('x');
            _process.StandardInput.Flush();
        }

        public void Dispose()
        {
            _process.Kill();
            _process.Dispose();
            Memory.Dispose();
        }
    }

    static void WaitUntilBlocked(LinuxProcess process) => Until.True(() => process.Threads().All(static thread => thread.State == 'S'), static () => "the program waits");

    static ulong[] Numbers(string line, string name)
    {
        var words = line.Split(' ');
        Assert.Equal(name, words[0]);
        return [.. words.Skip(1).Select(static word => ulong.Parse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
    }

    sealed class Live(LiveMemory memory) : IStackMemory
    {
        public bool TryRead(ulong address, Span<byte> destination) => memory.TryRead(address, destination);
    }
}
