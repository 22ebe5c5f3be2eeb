// A process whose threads each wait in another way, and say themselves where: one line of JSON for each thread on standard output (its id, what it waits in, its managed frames with their tokens),
// then "ready". It ends when standard input does. "threads 200" adds 200 threads that sleep; "threads 0 busy" adds threads that work.
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Threads;

static class Program
{
    static readonly Lock s_console = new();
    static readonly CountdownEvent s_told = new(1);
    static readonly ManualResetEventSlim s_never = new();
    static readonly object s_monitor = new(), s_held = new();

    static void Main(string[] arguments)
    {
        var extra = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 0;
        lock (s_held)
        {
            foreach (var (name, run) in Waits.All)
                Start(name, run);
            for (var i = 0; i < extra; i++)
                Start("sleeper", Waits.Sleep);
            if (arguments.Contains("busy"))
                Busy.Start();
            if (arguments.Contains("heartbeat"))
                Heartbeat.Start();
            s_told.Signal();
            s_told.Wait();
            Write("ready");
            while (Console.In.ReadLine() is { } line)
            {
                if (line == "report")
                    Write(Heartbeat.Report());
                else if (line == "rest")
                    Busy.Stop();
            }
        }
        Environment.Exit(0);
    }

    static void Start(string name, Action run)
    {
        s_told.AddCount();
        new Thread(() => run(), 512 << 10) { IsBackground = true, Name = name }.Start();
    }

    public static object Monitor => s_monitor;

    public static object Held => s_held;

    public static ManualResetEventSlim Never => s_never;

    /// <summary>Says where the calling thread is. What it does next is to wait.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Tell(string waitsIn)
    {
        var text = new StringBuilder($"{{\"thread\":{ThreadId()},\"waits\":\"{waitsIn}\",\"frames\":[");
        var frames = new StackTrace(1, false).GetFrames();
        for (var i = 0; i < frames.Length; i++)
        {
            var method = frames[i].GetMethod()!;
            // A call of a native function is a stub that the runtime made, and a method only by name.
            var token = (method.Attributes & MethodAttributes.PinvokeImpl) != 0 ? 0 : Token(method);
            text.Append(CultureInfo.InvariantCulture, $"{(i > 0 ? "," : "")}\"{method.Module.Name}!{token:x8} {method.DeclaringType?.Name}.{method.Name}\"");
        }
        Write(text.Append("]}").ToString());
        s_told.Signal();
    }

    static int Token(MethodBase method)
    {
        try
        {
            return method.MetadataToken;
        }
        catch (InvalidOperationException)
        {
            return 0;
        }
    }

    static void Write(string line)
    {
        lock (s_console)
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
    }

    [DllImport("libc", EntryPoint = "gettid")]
    static extern int ThreadId();
}

/// <summary>One method for each way to wait; most with callers of the kinds that are hard to unwind.</summary>
static class Waits
{
    public static (string Name, Action Run)[] All =>
    [
        ("sleeps", Sleep), ("monitor", MonitorWait), ("enters", Enter), ("event", Event), ("semaphore", SemaphoreWait), ("joins", Join), ("accepts", Accept), ("native", Native),
        ("deep", () => Recursion(40)), ("tiny", () => s_sink += Tiny1(1)), ("generic", () => Generic<string>.Outer("x", 1)), ("interface", () => s_sink += ((IWork)new Work()).Do(3)),
        ("delegate", () => s_sink += Invoke(static x => Leaf(x) + 1, 2)), ("lambda", Lambda), ("catch", Catch), ("finally", Finally), ("filter", Filter), ("reflection", Reflection), ("linq", Linq),
        ("big", () => s_sink += Big(1)), ("stackalloc", () => s_sink += Allocated(300)), ("osr", Osr), ("optimized", () => s_sink += Optimized(5)), ("struct", () => s_sink += new Value(7).Sum(1)),
        ("comparer", Comparer), ("static", StaticConstructor), ("async", Async), ("pool", Pool), ("callback", Callback), ("tail", () => s_sink += Tail(4)), ("poll", Poll),
    ];

    static volatile int s_sink;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Sleep()
    {
        Program.Tell("Thread.Sleep");
        Thread.Sleep(Timeout.Infinite);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void MonitorWait()
    {
        lock (Program.Monitor)
        {
            Program.Tell("Monitor.Wait");
            Monitor.Wait(Program.Monitor);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Enter()
    {
        Program.Tell("Monitor.Enter");
        lock (Program.Held)
            s_sink++;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Event()
    {
        using var e = new ManualResetEvent(false);
        Program.Tell("WaitHandle.WaitOne");
        e.WaitOne();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void SemaphoreWait()
    {
        using var s = new SemaphoreSlim(0);
        Program.Tell("SemaphoreSlim.Wait");
        s.Wait();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Join()
    {
        var other = new Thread(static () => Thread.Sleep(Timeout.Infinite)) { IsBackground = true, Name = "joined" };
        other.Start();
        Program.Tell("Thread.Join");
        other.Join();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Accept()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Program.Tell("Socket.Accept");
        listener.Accept();
    }

    [DllImport("libc")]
    static extern int pause();

    [DllImport("libc")]
    static extern int poll(nint descriptors, ulong count, int timeout);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Native()
    {
        Program.Tell("native");
        s_sink += pause();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Poll()
    {
        Program.Tell("native");
        s_sink += poll(0, 0, -1);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Recursion(int depth)
    {
        if (depth == 0)
        {
            Sleep();
            return 0;
        }
        return Recursion(depth - 1) + depth;
    }

    // Optimised at once, these have no frame pointer: small, with one call.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static int Tiny1(int x) => Tiny2(x) + 1;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static int Tiny2(int x) => Tiny3(x) * 2;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static int Tiny3(int x) => Leaf(x) + 3;

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Leaf(int x)
    {
        Sleep();
        return x;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static int Optimized(int x)
    {
        long a = x * 3L, b = x * 5L, c = x * 7L, d = x * 11L, e = x * 13L;
        for (var i = 0; i < x; i++)
        {
            a += b ^ i;
            c += d * i;
        }
        var inner = Tiny1((int)a);
        return (int)(a + b + c + d + e) + inner;
    }

    static class Generic<T>
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Outer<TOther>(T one, TOther other) => s_sink += Inner(one, other, 5);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static int Inner<TOther>(T one, TOther other, int depth) => depth == 0 ? Leaf(one!.GetHashCode() + other!.GetHashCode()) : Inner<T>(one, one, depth - 1) + 1;
    }

    interface IWork
    {
        int Do(int x);
    }

    sealed class Work : IWork
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public int Do(int x) => Leaf(x) * 2;
    }

    readonly struct Value(int x)
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public int Sum(int y) => Leaf(x + y) + x;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Invoke(Func<int, int> f, int x) => f(x) + 1;

    static void Lambda()
    {
        var captured = 5;
        Func<int> f = () => Leaf(captured) + captured;
        s_sink += f();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Throw(int x)
    {
        if (x > 0)
            throw new InvalidOperationException("part of the test");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Catch()
    {
        try
        {
            Throw(1);
        }
        catch (InvalidOperationException)
        {
            Sleep();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Finally()
    {
        try
        {
            Throw(0);
        }
        finally
        {
            Sleep();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Filter()
    {
        try
        {
            try
            {
                Throw(1);
            }
            finally
            {
                Sleep();
            }
        }
        catch (InvalidOperationException)
        {
            s_sink++;
        }
    }

    static void Reflection() => typeof(Waits).GetMethod(nameof(Leaf), BindingFlags.NonPublic | BindingFlags.Static)!.Invoke(null, [3]);

    static void Linq() => s_sink += Enumerable.Range(0, 10).Select(static x => Leaf(x)).Where(static x => x > 3).Sum();

    [MethodImpl(MethodImplOptions.NoInlining)]
    static unsafe int Big(int x)
    {
        Unsafe.SkipInit(out Large large);
        large.Words[x] = 1;
        return Leaf((int)large.Words[x]) + (int)large.Words[x + 1];
    }

    unsafe struct Large
    {
        public fixed long Words[3000];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Allocated(int count)
    {
        Span<int> words = stackalloc int[count];
        words.Fill(3);
        return Leaf(words[count / 2]) + words[1];
    }

    // Replaced on the stack while it loops.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Osr()
    {
        long sum = 0;
        for (var i = 0; ; i++)
        {
            sum += i ^ sum;
            if (i == 3_000_000)
            {
                s_sink = (int)sum;
                Leaf(i);
            }
        }
    }

    static void Comparer()
    {
        int[] numbers = [3, 1, 2];
        Array.Sort(numbers, static (a, b) => Leaf(a - b));
    }

    static class Constructed
    {
        public static readonly int Value = Leaf(1);
    }

    static void StaticConstructor() => s_sink += Constructed.Value;

    static void Async() => Asynchronous(2).GetAwaiter().GetResult();

    static async Task<int> Asynchronous(int x)
    {
        await Task.Yield();
        return await Deeper(x) + 1;
    }

    static async Task<int> Deeper(int x)
    {
        await Task.CompletedTask;
        return Leaf(x);
    }

    static void Pool()
    {
        Task.Run(static () => Leaf(1)).Wait();
    }

    static unsafe void Callback()
    {
        var values = stackalloc int[] { 2, 1 };
        qsort(values, 2, 4, &Compare);
    }

    [DllImport("libc")]
    static extern unsafe void qsort(void* values, nuint count, nuint size, delegate* unmanaged<int*, int*, int> compare);

    [UnmanagedCallersOnly]
    static unsafe int Compare(int* a, int* b) => Leaf(*a - *b);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static int Tail(int x) => x > 0 ? Tail(x - 1) + Tiny3(x) : Tiny2(x);
}

/// <summary>Work of known shares: a managed loop and native SHA-256, each on its own thread.</summary>
static class Busy
{
    static volatile bool s_stop;

    public static void Start()
    {
        Add("managed", static () => Managed.Outer());
        Add("sha256", static () => Hashes.Outer());

        static void Add(string name, Action run)
        {
            new Thread(() => run()) { IsBackground = true, Name = name }.Start();
        }
    }

    public static void Stop() => s_stop = true;

    static class Managed
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Outer()
        {
            while (!s_stop)
                Caller();
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static long Caller() => Half(1) + Half(2) + Quarter();

        [MethodImpl(MethodImplOptions.NoInlining)]
        static long Half(int seed) => Loop(200_000, seed);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static long Quarter() => Loop(133_333, 3);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static long Loop(int count, long x)
        {
            for (var i = 0; i < count; i++)
                x = x * 31 + i ^ x >> 7;
            return x;
        }
    }

    static class Hashes
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Outer()
        {
            var bytes = new byte[1 << 20];
            while (!s_stop)
                Caller(bytes);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static int Caller(byte[] bytes) => SHA256.HashData(bytes)[0];
    }
}

/// <summary>A thread that wants to run every millisecond and notes how late it was.</summary>
static class Heartbeat
{
    static long s_worst, s_beats;

    public static void Start() => new Thread(static () =>
    {
        while (true)
        {
            var before = Stopwatch.GetTimestamp();
            Thread.Sleep(1);
            var took = (long)(Stopwatch.GetElapsedTime(before).TotalMicroseconds - 1000);
            s_worst = Math.Max(s_worst, took);
            s_beats++;
        }
    })
    { IsBackground = true, Name = "heartbeat", Priority = ThreadPriority.Highest }.Start();

    public static string Report()
    {
        var report = string.Create(CultureInfo.InvariantCulture, $"beats {s_beats} worst {s_worst}");
        (s_worst, s_beats) = (0, 0);
        return report;
    }
}
