#!/bin/sh
echo $(date)
