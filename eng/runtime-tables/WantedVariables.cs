namespace Vitrine.RuntimeTables;

/// <summary>The variables that must get anchors. The anchors tell about many more on the way; these are the ones that something reads.</summary>
static class WantedVariables
{
    /// <summary>Full names over all supported versions; a version has most of them.</summary>
    public static readonly IReadOnlySet<string> Names = new HashSet<string>(StringComparer.Ordinal)
    {
        // Goroutines, threads, processors.
        "runtime.allgs", "runtime.allglen", "runtime.allgptr", "runtime.allm", "runtime.allp", "runtime.g0", "runtime.m0",
        "runtime.gomaxprocs", "runtime.ncpu", "runtime.numCPUStartup", "runtime.sched", "runtime.idlepMask", "runtime.timerpMask",
        "runtime.panicking", "runtime.semtable", "runtime.forcegc", "runtime.newprocs", "runtime.starttime", "runtime.faketime",
        "runtime.fing", "runtime.finq", "runtime.fingStatus", "runtime.netpollInited", "runtime.netpollWaiters", "runtime.pollcache",
        "runtime.waitReasonStrings", "runtime.gStatusStrings", "runtime.isIdleInSynctest", "runtime.isWaitingForSuspendG",
        "runtime.firstmoduledata", "runtime.lastmoduledatap", "runtime.modulesSlice", "runtime.aeshashbody",
        // Memory.
        "runtime.memstats", "runtime.mheap_", "runtime.gcController", "runtime.work", "runtime.gcphase", "runtime.gcBlackenEnabled",
        "runtime.gcCPULimiter", "runtime.sweep", "runtime.scavenge", "runtime.mcache0", "runtime.writeBarrier", "runtime.debug", "runtime.physPageSize",
        "runtime.physHugePageSize", "runtime.class_to_size", "runtime.class_to_allocnpages", "internal/runtime/gc.SizeClassToSize",
        "internal/runtime/gc.SizeClassToNPages", "runtime.stackpool", "runtime.stackLarge", "runtime.emptymspan", "runtime.spanSetBlockPool",
        // Profiles.
        "runtime.mbuckets", "runtime.bbuckets", "runtime.xbuckets", "runtime.buckhash", "runtime.mProfCycle", "runtime.MemProfileRate",
        "runtime.disableMemoryProfiling", "runtime.blockprofilerate", "runtime.mutexprofilerate", "runtime.profBlockLock",
        "runtime.ticks", "runtime.runtimeInitTime", "runtime.runningPanicDefers", "runtime.prof", "runtime.buildVersion",
        // The execution tracer and the goroutine leak profile change what goroutines show.
        "runtime.trace", "runtime.goroutineLeakProfile", "runtime.goroutineProfile",
    };
}
