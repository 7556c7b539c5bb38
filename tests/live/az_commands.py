#!/usr/bin/python3
"""Runs az commands in one process, because to start it takes longer than to ask.

Reads one command a line, without "az", and prints for each a line of JSON: its exit code, what it
printed, and its complaint.
"""
import importlib
import io
import json
import logging
import os
import shlex
import sys

os.environ['AZ_INSTALLER'] = 'DEB'


def mend_role_commands():
    """Debian 12 pairs azure-cli 2.45 with an azure-mgmt-authorization that hides what its commands
    for roles look at: the operations' `config`."""
    for version in ('v2015_07_01', 'v2018_01_01_preview', 'v2020_04_01_preview', 'v2022_04_01'):
        try:
            module = importlib.import_module(f'azure.mgmt.authorization.{version}.operations')
        except ImportError:
            continue
        for name in dir(module):
            operations = getattr(module, name)
            if name.endswith('Operations') and not hasattr(operations, 'config'):
                operations.config = property(lambda self: self._config)


def mend_versions():
    """The same for networks and scale sets: the versions of their models that the commands name are
    not packaged. The newest one that is takes their place."""
    from azure.cli.core.profiles._shared import AZURE_API_PROFILES, ResourceType
    profile = AZURE_API_PROFILES['latest']
    network, scale_sets = ResourceType.MGMT_NETWORK, profile[ResourceType.MGMT_COMPUTE].profile
    profile[network] = packaged('azure.mgmt.network', profile[network])
    group = 'virtual_machine_scale_sets'
    scale_sets[group] = packaged('azure.mgmt.compute', scale_sets[group])


def packaged(name, version):
    folder = os.path.dirname(importlib.import_module(name).__file__)
    there = sorted(entry for entry in os.listdir(folder)
                   if entry.startswith('v') and entry.count('_') == 2)
    if not there or 'v' + version.replace('-', '_') in there:
        return version
    return there[-1][1:].replace('_', '-')


def run(command, cli):
    out, complaint = io.StringIO(), io.StringIO()
    listener = logging.StreamHandler(complaint)
    listener.setLevel(logging.ERROR)
    logging.getLogger('cli').addHandler(listener)
    try:
        code = cli.invoke(shlex.split(command), out_file=out)
    except SystemExit as end:
        code = end.code
    logging.getLogger('cli').removeHandler(listener)
    return {'command': command, 'code': code, 'out': out.getvalue(), 'error': complaint.getvalue()}


mend_role_commands()
mend_versions()
from azure.cli.core import get_default_cli  # after the mending

for line in sys.stdin:
    if line.strip():
        print(json.dumps(run(line.strip(), get_default_cli())), flush=True)
