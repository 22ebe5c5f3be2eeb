using System.Runtime.InteropServices;

namespace Vitrine.Linux.Kernel;

/// <summary>
/// The functions of libbpf 1.x that Vitrine uses (bpf/libbpf.h, bpf/bpf.h). Nothing that libbpf does is written again here: it parses the objects,
/// relocates them, creates maps, loads programs and attaches them. Since 1.0 a failure is a null pointer or a negative errno, and errno is set as well.
/// </summary>
static unsafe partial class LibBpf
{
    const string Library = "libbpf.so.1";

    /// <summary>BPF_ANY: create or replace.</summary>
    public const ulong Any = 0;

    /// <summary>BPF_STATS_RUN_TIME.</summary>
    public const int RunTimeStatistics = 0;

    static readonly Lazy<bool> s_present = new(() => NativeLibrary.TryLoad(Library, typeof(LibBpf).Assembly, null, out _));

    /// <summary>Whether the library is on this machine.</summary>
    public static bool IsPresent => s_present.Value;

    /// <summary>Says what to install when the library is missing.</summary>
    public static void Require()
    {
        if (!IsPresent)
        {
            throw new KernelRefusalException(
                "libbpf 1.x (libbpf.so.1), which loads Vitrine's probes, is not installed.",
                $"Install it: apt install libbpf1 (Debian, Ubuntu), dnf install libbpf (Fedora, RHEL 9), apk add libbpf (Alpine). {KernelFeatures.StillWorks}");
        }
        LibBpfLog.Install();
    }

    /// <summary>struct bpf_object_open_opts as of libbpf 1.0; <see cref="Size"/> tells newer libraries what is not there.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct OpenOptions
    {
        public nuint Size;
        public byte* ObjectName;
        public byte RelaxedMaps;
        public byte* PinRootPath;
        public uint Removed;
        public byte* Kconfig;
        public byte* BtfCustomPath;
        public byte* KernelLogBuffer;
        public nuint KernelLogSize;
        public uint KernelLogLevel;
    }

    /// <summary>struct bpf_uprobe_opts as of libbpf 1.0.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct UprobeOptions
    {
        public nuint Size;
        public nuint ReferenceCounterOffset;
        public ulong Cookie;
        public byte ReturnProbe;
        public byte* FunctionName;
    }

    /// <summary>struct bpf_iter_attach_opts as of libbpf 1.0.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct IteratorOptions
    {
        public nuint Size;
        public IteratorLinkInfo* LinkInfo;
        public uint LinkInfoLength;
    }

    /// <summary>union bpf_iter_link_info (linux/bpf.h), its part for tasks: which thread, or all threads of which process.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 16)]
    public struct IteratorLinkInfo
    {
        public uint Thread;
        public uint Process;
        public uint ProcessDescriptor;
    }

    /// <summary>The head of struct bpf_prog_info (linux/bpf.h) up to and with the run statistics. The kernel fills as much as it is told there is.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 208)]
    public struct ProgramInfo
    {
        [FieldOffset(4)]
        public uint Id;

        [FieldOffset(192)]
        public ulong RunTimeNanoseconds;

        [FieldOffset(200)]
        public ulong RunCount;
    }

    [LibraryImport(Library, EntryPoint = "libbpf_set_print")]
    public static partial nint SetPrint(delegate* unmanaged<int, byte*, void*, int> print);

    [LibraryImport(Library, EntryPoint = "libbpf_num_possible_cpus")]
    public static partial int PossibleCpus();

    [LibraryImport(Library, EntryPoint = "bpf_object__open_mem", SetLastError = true)]
    public static partial nint OpenMemory(byte* elf, nuint size, OpenOptions* options);

    [LibraryImport(Library, EntryPoint = "bpf_object__load", SetLastError = true)]
    public static partial int Load(nint bpfObject);

    [LibraryImport(Library, EntryPoint = "bpf_object__close")]
    public static partial void Close(nint bpfObject);

    [LibraryImport(Library, EntryPoint = "bpf_object__find_program_by_name", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint FindProgram(nint bpfObject, string name);

    [LibraryImport(Library, EntryPoint = "bpf_object__find_map_by_name", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint FindMap(nint bpfObject, string name);

    [LibraryImport(Library, EntryPoint = "bpf_object__next_program")]
    public static partial nint NextProgram(nint bpfObject, nint previous);

    [LibraryImport(Library, EntryPoint = "bpf_program__name")]
    public static partial byte* ProgramName(nint program);

    [LibraryImport(Library, EntryPoint = "bpf_program__fd")]
    public static partial int ProgramDescriptor(nint program);

    [LibraryImport(Library, EntryPoint = "bpf_program__section_name")]
    public static partial byte* ProgramSection(nint program);

    [LibraryImport(Library, EntryPoint = "bpf_program__set_expected_attach_type")]
    public static partial int SetAttachType(nint program, int type);

    [LibraryImport(Library, EntryPoint = "bpf_program__attach_uprobe_opts", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint AttachUprobe(nint program, int pid, string path, nuint offset, UprobeOptions* options);

    [LibraryImport(Library, EntryPoint = "bpf_program__attach_perf_event", SetLastError = true)]
    public static partial nint AttachPerfEvent(nint program, int descriptor);

    [LibraryImport(Library, EntryPoint = "bpf_program__attach_tracepoint", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint AttachTracepoint(nint program, string category, string name);

    [LibraryImport(Library, EntryPoint = "bpf_program__attach_trace", SetLastError = true)]
    public static partial nint AttachTrace(nint program);

    [LibraryImport(Library, EntryPoint = "bpf_program__attach_iter", SetLastError = true)]
    public static partial nint AttachIterator(nint program, IteratorOptions* options);

    [LibraryImport(Library, EntryPoint = "bpf_link__fd")]
    public static partial int LinkDescriptor(nint link);

    [LibraryImport(Library, EntryPoint = "bpf_iter_create", SetLastError = true)]
    public static partial int CreateIterator(int link);

    [LibraryImport(Library, EntryPoint = "bpf_link__destroy")]
    public static partial int DestroyLink(nint link);

    [LibraryImport(Library, EntryPoint = "bpf_map__fd")]
    public static partial int MapDescriptor(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__type")]
    public static partial int MapType(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__key_size")]
    public static partial uint MapKeySize(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__value_size")]
    public static partial uint MapValueSize(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__max_entries")]
    public static partial uint MapMaxEntries(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__set_max_entries")]
    public static partial int SetMapMaxEntries(nint map, uint entries);

    [LibraryImport(Library, EntryPoint = "bpf_map__initial_value", SetLastError = true)]
    public static partial byte* MapInitialValue(nint map, nuint* size);

    [LibraryImport(Library, EntryPoint = "bpf_map_lookup_elem", SetLastError = true)]
    public static partial int Lookup(int map, void* key, void* value);

    [LibraryImport(Library, EntryPoint = "bpf_map_update_elem", SetLastError = true)]
    public static partial int Update(int map, void* key, void* value, ulong flags);

    [LibraryImport(Library, EntryPoint = "bpf_map_delete_elem", SetLastError = true)]
    public static partial int Delete(int map, void* key);

    [LibraryImport(Library, EntryPoint = "bpf_map_get_next_key", SetLastError = true)]
    public static partial int NextKey(int map, void* key, void* next);

    [LibraryImport(Library, EntryPoint = "bpf_map_lookup_batch", SetLastError = true)]
    public static partial int LookupBatch(int map, void* inBatch, void* outBatch, void* keys, void* values, uint* count, void* options);

    [LibraryImport(Library, EntryPoint = "bpf_map_lookup_and_delete_batch", SetLastError = true)]
    public static partial int LookupAndDeleteBatch(int map, void* inBatch, void* outBatch, void* keys, void* values, uint* count, void* options);

    [LibraryImport(Library, EntryPoint = "bpf_enable_stats", SetLastError = true)]
    public static partial int EnableStatistics(int kind);

    [LibraryImport(Library, EntryPoint = "bpf_obj_get_info_by_fd", SetLastError = true)]
    public static partial int GetInfo(int descriptor, void* info, uint* size);

    [LibraryImport(Library, EntryPoint = "ring_buffer__new", SetLastError = true)]
    public static partial nint NewRingBuffer(int map, delegate* unmanaged<void*, void*, nuint, int> handler, void* context, void* options);

    [LibraryImport(Library, EntryPoint = "ring_buffer__poll", SetLastError = true)]
    public static partial int PollRingBuffer(nint buffer, int milliseconds);

    [LibraryImport(Library, EntryPoint = "ring_buffer__consume", SetLastError = true)]
    public static partial int ConsumeRingBuffer(nint buffer);

    [LibraryImport(Library, EntryPoint = "ring_buffer__free")]
    public static partial void FreeRingBuffer(nint buffer);

    /// <summary>libbpf_probe_bpf_map_type: 1 supported, 0 not, negative when it cannot be told.</summary>
    [LibraryImport(Library, EntryPoint = "libbpf_probe_bpf_map_type", SetLastError = true)]
    public static partial int ProbeMapType(int type, void* options);

    /// <summary>libbpf_probe_bpf_prog_type: 1 supported, 0 not, negative when it cannot be told.</summary>
    [LibraryImport(Library, EntryPoint = "libbpf_probe_bpf_prog_type", SetLastError = true)]
    public static partial int ProbeProgramType(int type, void* options);

    /// <summary>libbpf_probe_bpf_helper: 1 supported, 0 not, negative when it cannot be told.</summary>
    [LibraryImport(Library, EntryPoint = "libbpf_probe_bpf_helper", SetLastError = true)]
    public static partial int ProbeHelper(int programType, int helper, void* options);
}
