using System.Runtime.InteropServices;
using System.Text;

namespace Vitrine.Linux.Kernel;

/// <summary>
/// Links of BPF_TRACE_UPROBE_MULTI: one program at many places of a file, under one descriptor. What it is for is the end: the kernel waits for one
/// grace period instead of one for each place, so that sixteen probes of a viewer that was killed are gone after 45 ms instead of 1.8 s (measured).
/// A hit costs the same. libbpf knows these links from 1.3 on, Debian 12 has 1.1: the one call is made here.
/// </summary>
static unsafe partial class MultiUprobes
{
    /// <summary>BPF_TRACE_UPROBE_MULTI: what a program must be loaded for.</summary>
    public const int AttachType = 48;

    const nint LinkCreate = 28; // BPF_LINK_CREATE

    /// <summary>The kernel has them since 6.6; the filter by process let only its first thread pass until it was corrected, which every 6.12 has.</summary>
    public static readonly Version Since = new(6, 12);

    /// <summary>union bpf_attr for BPF_LINK_CREATE with uprobe_multi (linux/bpf.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct LinkCreateAttributes
    {
        public uint Program;
        public uint Target;
        public uint Attach;
        public uint Flags;
        public byte* Path;
        public ulong* Offsets;
        public ulong* ReferenceCounterOffsets;
        public ulong* Cookies;
        public uint Count;
        public uint MultiFlags;
        public uint Pid;
        public uint Pad;
    }

    /// <summary>Attaches; the descriptor of the link, or a negative number with errno set.</summary>
    public static int Attach(int program, int pid, string path, ReadOnlySpan<ulong> fileOffsets, ReadOnlySpan<ulong> cookies)
    {
        fixed (byte* pathText = Encoding.UTF8.GetBytes(path + "\0"))
        fixed (ulong* offsets = fileOffsets)
        fixed (ulong* values = cookies)
        {
            var attributes = new LinkCreateAttributes
            {
                Program = (uint)program,
                Attach = AttachType,
                Path = pathText,
                Offsets = offsets,
                Cookies = values,
                Count = (uint)fileOffsets.Length,
                Pid = (uint)pid,
            };
            return (int)Bpf(SystemCallNumbers.Bpf, LinkCreate, &attributes, (nuint)sizeof(LinkCreateAttributes));
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Bpf(nint number, nint command, LinkCreateAttributes* attributes, nuint size);
}
